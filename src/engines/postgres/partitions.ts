import type { AlterTableCmd } from 'libpg-query';
import type { Account } from './account.ts';
import { relationOf } from './nodes.ts';

/** ATTACH PARTITION: reads the new partition, and the default one, unless a CHECK proves the bound. */
export function attachPartition(account: Account, relation: string, command: AlterTableCmd): void {
  if (!command.def || !('PartitionCmd' in command.def)) return;
  const partition = relationOf(account, command.def.PartitionCmd.name);
  account.lock(relation, account.major >= 12 ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock');
  account.lock(partition, 'AccessExclusiveLock', { scans: !hasCheck(account, partition) });
  lockDefaultPartition(account, relation);
  account.draft.merge(`table:${partition}`, { partitionOf: `table:${relation}` });
}

/** DETACH PARTITION [CONCURRENTLY]. */
export function detachPartition(account: Account, relation: string, command: AlterTableCmd): void {
  if (!command.def || !('PartitionCmd' in command.def)) return;
  const { name, concurrent } = command.def.PartitionCmd;
  const partition = relationOf(account, name);
  account.change({
    kind: 'break-object',
    object: partition,
    how: `Queries on ${relation} no longer see the rows of this partition`,
  });
  if (concurrent) account.refusesTransaction = true;
  const heldUntil = concurrent ? 'statement' : 'transaction';
  account.lock(relation, concurrent ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock', { heldUntil });
  account.lock(partition, account.major >= 14 ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock', { heldUntil });
  account.draft.merge(`table:${partition}`, { partitionOf: undefined });
}

/** A new partition may take over rows that the default one holds: it is read, under ACCESS EXCLUSIVE. */
export function lockDefaultPartition(account: Account, relation: string): void {
  for (const partition of account.partitionsOf(relation)) {
    if (account.table(partition)?.bound !== 'DEFAULT') continue;
    account.lock(partition, 'AccessExclusiveLock', { scans: !hasCheck(account, partition) });
  }
}

// Whether the CHECK implies the bound is left to the rehearsal; that there is one is the sign of somebody who prepared it.
function hasCheck(account: Account, relation: string): boolean {
  return account.draft.children(`table:${relation}`, 'check').some(([, check]) => check.notValid !== true);
}
