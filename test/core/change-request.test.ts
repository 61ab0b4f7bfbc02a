import { expect, test } from 'vitest';
import { parseChangeRequest } from '../../src/core/change-request.ts';

test('a change is read with its usual values', () => {
  expect(parseChangeRequest({ kind: 'add-column', table: 'users', column: 'age', type: 'int', default: 0 })).toEqual({
    kind: 'add-column',
    table: 'users',
    column: 'age',
    type: 'int',
    nullable: true,
    default: '0',
  });
  expect(
    parseChangeRequest({
      kind: 'add-foreign-key',
      table: 'o',
      columns: ['u'],
      references: { table: 'u', columns: ['id'] },
      onDelete: 'CASCADE',
    }),
  ).toMatchObject({ onDelete: 'cascade' });
});

test.each([
  [undefined, 'change.change'],
  [{}, 'change.kind'],
  [{ kind: 'constructor' }, 'change.kind'],
  [{ kind: 'drop-table' }, 'change.table'],
  [{ kind: 'add-column', table: 't', column: 'c' }, 'change.type'],
  [{ kind: 'add-column', table: 't', column: 'c', type: 'int', nullable: 'no' }, 'change.nullable'],
  [{ kind: 'add-index', table: 't', columns: [] }, 'change.columns'],
  [{ kind: 'add-index', table: 't', columns: ['a', 1] }, 'change.columns.1'],
  [{ kind: 'add-foreign-key', table: 't', columns: ['a'], references: { columns: ['b'] } }, 'change.references.table'],
  [
    { kind: 'add-foreign-key', table: 't', columns: ['a'], references: { table: 'b', columns: ['b'] }, onDelete: 'x' },
    'change.onDelete',
  ],
  [{ kind: 'create-table', table: 't', columns: [{ column: 'a' }] }, 'change.columns.0.type'],
  [{ kind: 'drop-table', table: 'a\0b' }, 'change.table'],
])('%j is refused, and %s named', (value, field) => {
  expect(() => parseChangeRequest(value)).toThrow(`${field}: expected`);
});
