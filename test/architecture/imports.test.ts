import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/**
 * The table of the architecture page: a room may import rooms to its right, and those named for it.
 * Rooms in one cell stand side by side and do not import each other unless it is said below.
 */
const ORDER: readonly (readonly string[])[] = [
  ['main'],
  ['server', 'cli'],
  ['mcp'],
  ['pipeline'],
  ['context', 'plan', 'rehearse', 'gate', 'execute'],
  ['state', 'adapters', 'engines'],
  ['hazards'],
  ['core'],
];
/** Side by side in one cell, and one stands on the other all the same. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  // The policy says when a plan starts with a backup, and a rehearsal gives back the plan judged anew.
  plan: ['gate'],
  rehearse: ['plan'],
  execute: ['gate'],
};
/** Rooms that may reach the world. adapters, engines, hazards, plan and gate may not: they plan and judge, and never run. */
const MAY_IMPORT_IO = ['main', 'server', 'cli', 'mcp', 'pipeline', 'context', 'rehearse', 'execute', 'state'];
const EFFECTS =
  /^(node:)?(child_process|fs|fs\/promises|net|http|https|dgram|tls|worker_threads|cluster)$|^(pg|mysql2|better-sqlite3|mongodb|execa|fast-glob|@electric-sql\/.*)(\/.*)?$/;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(SRC, name), 'utf8') }));

function importsOf(text: string): readonly string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|\brequire\(\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
}

function roomOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.indexOf('/')) : name.replace(/\.ts$/, '');
}

function rank(room: string): number {
  return ORDER.findIndex((cell) => cell.includes(room));
}

function roomsImportedBy(file: { name: string; text: string }): readonly string[] {
  return (
    importsOf(file.text)
      // The package's own version is data, not a room.
      .filter((target) => target.startsWith('.') && !target.endsWith('/package.json'))
      .map((target) => roomOf(relative(SRC, join(SRC, dirname(file.name), target)).replaceAll('\\', '/')))
  );
}

describe('direction of imports', () => {
  it('knows every room', () => {
    const rooms = new Set(files.map((file) => roomOf(file.name)));
    expect([...rooms].filter((room) => room !== 'io' && rank(room) < 0)).toEqual([]);
  });

  it.each(files.map((file) => [file.name, file] as const))('%s imports only to its right', (_name, file) => {
    const room = roomOf(file.name);
    for (const target of roomsImportedBy(file)) {
      if (target === room) continue;
      if (target === 'io') expect(MAY_IMPORT_IO, `${room} may not import io`).toContain(room);
      else if (room === 'io') expect(target, 'io knows core alone').toBe('core');
      else if (rank(target) === rank(room))
        expect(BESIDE[room] ?? [], `${room} and ${target} stand side by side`).toContain(target);
      else expect(rank(target), `${room} may not import ${target}`).toBeGreaterThan(rank(room));
    }
  });

  it('gate imports core, and state for the consent record, alone', () => {
    const targets = files.filter((file) => roomOf(file.name) === 'gate').flatMap(roomsImportedBy);
    expect([...new Set(targets)].filter((target) => !['gate', 'core', 'state'].includes(target))).toEqual([]);
  });

  it('adapters import core alone', () => {
    const targets = files.filter((file) => roomOf(file.name) === 'adapters').flatMap(roomsImportedBy);
    expect([...new Set(targets)].filter((target) => !['adapters', 'core'].includes(target))).toEqual([]);
  });
});

describe('effects', () => {
  it('only io imports programs, files, the network and drivers', () => {
    const offenders = files.filter(
      (file) => roomOf(file.name) !== 'io' && importsOf(file.text).some((target) => EFFECTS.test(target)),
    );
    expect(offenders.map((file) => file.name)).toEqual([]);
  });

  it('only io opens a secret (P8)', () => {
    const offenders = files.filter(
      (file) => roomOf(file.name) !== 'io' && /\breveal\s*\(|\breach\s*\(/.test(file.text),
    );
    expect(offenders.map((file) => file.name)).toEqual([]);
  });

  it('only the pipeline calls review, only execute calls redeem (P2)', () => {
    const callers = (word: RegExp) =>
      files.filter((file) => word.test(file.text) && file.name !== 'gate/gate.ts').map((file) => file.name);
    expect(callers(/\breview\s*\(/).filter((name) => !name.startsWith('cli/'))).toEqual(['pipeline.ts']);
    expect(callers(/\bredeem\b/)).toEqual(['execute/execute.ts']);
    expect(
      files.filter((file) => file.name.startsWith('cli/') && /gate\/gate\.ts/.test(file.text)).map((file) => file.name),
    ).toEqual([]);
  });

  it('nothing reads consent from the environment, and no tool has an argument for it (P3)', () => {
    const offenders = files.filter((file) =>
      /process\.env\.(\w*(YES|CONFIRM|CONSENT|APPROVE|FORCE)\w*)/i.test(file.text),
    );
    expect(offenders.map((file) => file.name)).toEqual([]);
  });
});

describe('house rules', () => {
  it('there is no utils', () => {
    expect(
      files.filter((file) => /(^|\/)(utils?|helpers?|common|misc)(\.ts|\/)/.test(file.name)).map((file) => file.name),
    ).toEqual([]);
  });

  it('files are small: nine in ten under 200 lines, the median under 100', () => {
    const lengths = files.map((file) => file.text.split('\n').length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThan(200);
  });

  it('no type is argued away', () => {
    expect(
      files
        .filter((file) => /\bas any\b|@ts-ignore|@ts-nocheck|\bas unknown as\b/.test(file.text))
        .map((file) => file.name),
    ).toEqual([]);
  });
});
