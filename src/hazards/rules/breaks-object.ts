import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';

/** Something that running code may rely on goes away or changes its name. */
export const breaksObject: ChangeRule = {
  id: 'breaks-object',
  kind: 'breaks-clients',
  judges: 'change',
  find(change, judged) {
    if (change.kind === 'break-object') {
      const relation = judged.schema.objects.get(`table:${change.object}`);
      if (relation?.createdHere === true) return undefined;
      return { severity: 'danger', message: `${shown(change.object)}: ${shown(change.how)}.` };
    }
    if (change.kind === 'drop-index' && change.unique) {
      return {
        severity: 'danger',
        message: `Drops unique index ${shown(change.index)}: INSERT … ON CONFLICT on its columns fails from now on, and duplicates become possible.`,
      };
    }
    return undefined;
  },
};
