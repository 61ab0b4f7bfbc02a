import { childNameOf, kindOf, nameOf } from '../names.ts';
import { spelled } from './comment.ts';

/** The statement that removes an object. Never with CASCADE: what would go along is in the list itself, or must be. */
export function dropStatement(id: string): string {
  switch (kindOf(id)) {
    case 'column':
      return `ALTER TABLE ${nameOf(id)} DROP COLUMN ${childNameOf(id)}`;
    case 'primary-key':
    case 'unique':
    case 'check':
    case 'foreign-key':
    case 'exclusion':
      return `ALTER TABLE ${nameOf(id)} DROP CONSTRAINT ${childNameOf(id)}`;
    default:
      return `DROP ${spelled(id)}`;
  }
}
