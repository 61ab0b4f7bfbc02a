import type { Shadow } from '../../core/database-engine.ts';
import type { Workbench } from '../../core/ports.ts';
import { urlOfFile } from './facts.ts';

/** An empty database in a private folder. The SQLite that runs it is the one that runs the real thing: ours. */
export async function shadow(
  bench: Workbench,
  _need: { readonly rows: boolean; readonly version: string },
): Promise<Shadow> {
  const folder = await bench.temporaryFolder();
  try {
    const database = bench.handle(urlOfFile(`${folder.path}/shadow.sqlite`));
    const session = await bench.connect(database, { create: true });
    const [row] = await session.query('SELECT sqlite_version() AS version');
    await session.close();
    return {
      database,
      server: { engine: 'sqlite', version: String(row?.version), kind: 'file copy' },
      dispose: () => folder.remove(),
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
