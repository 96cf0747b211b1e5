// Who knew of what: a word answers an earlier one only where its sayer had heard it. Imports nothing.
// Twin: src/sessionday/core/knew.py.
//
// Asked of many entries at once, so that a long record costs no more than its length. A horizon is how far
// some entries' devices had heard when they spoke. By device: its highest n, its highest seen.

const NOTHING = [-Infinity, -Infinity];

export function horizon(entries) {
  const heard = new Map();
  for (const entry of entries) widen(heard, entry);
  return heard;
}

/** The same, for each role by itself. */
export function horizons(entries) {
  const heard = new Map();
  for (const entry of entries) {
    if (!heard.has(entry.role)) heard.set(entry.role, new Map());
    widen(heard.get(entry.role), entry);
  }
  return heard;
}

function widen(heard, entry) {
  const [n, seen] = heard.get(entry.device) ?? NOTHING;
  heard.set(entry.device, [entry.n > n ? entry.n : n, entry.seen > seen ? entry.seen : seen]);
}

/**
 * Whether any of them knew this entry: on its own device by count alone, on another by what that had seen.
 */
export function isKnown(entry, heard) {
  for (const [device, [n, seen]] of heard) {
    if (device === entry.device) {
      if (n > entry.n) return true;
    } else if (seen >= entry.seq) return true;
  }
  return false;
}
