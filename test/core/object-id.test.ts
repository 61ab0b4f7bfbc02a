import { expect, test } from 'vitest';
import { childId, formatObjectId, parentId, parseObjectId } from '../../src/core/object-id.ts';

const names = [
  'users',
  'Users',
  'a"b',
  'x.y',
  'a/b',
  'a:b',
  '',
  ' ',
  '👩‍🚀',
  'a'.repeat(63),
  '"',
  '""',
  'select',
  '1st',
  'é',
  'f(x)',
  "it's",
];

test.each(names)('a table and a column called %j survive the way there and back', (name) => {
  const id = { kind: 'table', name: ['public', name], child: { kind: 'column', name } };
  expect(parseObjectId(formatObjectId(id))).toEqual(id);
  expect(childId(formatObjectId({ kind: 'table', name: ['public', name] }), 'column', name)).toBe(formatObjectId(id));
  expect(parentId(formatObjectId(id))).toBe(formatObjectId({ kind: 'table', name: ['public', name] }));
});

test('no two different names share an id', () => {
  const ids = names.flatMap((a) => names.map((b) => formatObjectId({ kind: 'table', name: [a, b] })));
  expect(new Set(ids).size).toBe(names.length ** 2);
});

test('plain names stay readable', () => {
  expect(formatObjectId({ kind: 'table', name: ['public', 'users'], child: { kind: 'column', name: 'email' } })).toBe(
    'table:public.users/column:email',
  );
  expect(formatObjectId({ kind: 'table', name: ['public', 'a"b'], child: { kind: 'column', name: 'x.y' } })).toBe(
    'table:public."a""b"/column:"x.y"',
  );
});

test('a routine carries its argument types', () => {
  for (const signature of ['', 'integer, text', 'numeric(10,2), public."odd)type"']) {
    const id = { kind: 'function', name: ['public', 'f'], signature };
    expect(parseObjectId(formatObjectId(id))).toEqual(id);
  }
});

test.each([
  '',
  'users',
  'table:',
  'table:"a',
  'table:a/',
  'table:a/column',
  'table:a/column:b/c',
  'function:f(',
  'table:a b',
])('%j is refused', (text) => {
  expect(() => parseObjectId(text)).toThrow('not an object id');
});
