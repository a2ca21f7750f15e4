-- Schema 1. Entities are kept whole, as JSON, beside the numbers a person would search by.
-- What is closed is done with: it is many and rarely asked for, and not loaded at start.
-- They have rowids, since a body can be longer than a page of an index takes (withoutrowid.html, 2.2).
CREATE TABLE items    (key TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE products (key TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE mirrors  (key TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE counts   (key TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE orders   (key TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, open INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX open_orders ON orders (key) WHERE open = 1;
CREATE INDEX open_counts ON counts (key) WHERE open = 1;

-- AUTOINCREMENT: the number of a command that was settled is never given to another.
-- The checks spell each value out: SQLite makes a table of an IN list of three, anew for each row.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    aggregate  TEXT    NOT NULL,
    command    TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state = 'pending' OR state = 'unknown' OR state = 'dead'),
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL
);
CREATE TABLE inbox   (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX inbox_age ON inbox (at);
CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE meta    (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE transfers (
    number     INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL,
    sku        TEXT    NOT NULL,
    lot        TEXT    NOT NULL,
    giver      TEXT    NOT NULL,
    taker      TEXT    NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    at         INTEGER NOT NULL,
    cause      TEXT    NOT NULL,
    phase      TEXT    NOT NULL CHECK (phase = 'direct' OR phase = 'pending' OR phase = 'post' OR phase = 'void' OR phase = 'time_out'),
    -- What a post, void or time-out resolves.
    pending    TEXT    CHECK ((pending IS NOT NULL) = (phase = 'post' OR phase = 'void' OR phase = 'time_out')),
    -- After this a pending entry may be timed out.
    expires_at INTEGER CHECK ((expires_at IS NOT NULL) = (phase = 'pending'))
);
-- A view cannot disagree with the entries it adds up. What is pending lies in `reserved`.
CREATE VIEW balances AS
    SELECT sku, lot, account, SUM(quantity) AS quantity FROM (
        SELECT sku, lot, -quantity AS quantity,
               CASE WHEN phase IN ('direct', 'pending') THEN giver ELSE 'reserved' END AS account
        FROM transfers
        UNION ALL
        SELECT sku, lot, quantity,
               CASE phase WHEN 'direct' THEN taker WHEN 'post' THEN taker
                          WHEN 'pending' THEN 'reserved' ELSE giver END
        FROM transfers
    ) GROUP BY sku, lot, account;

CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    what        TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    raw         BLOB    NOT NULL,
    at          INTEGER NOT NULL,
    resolved_at INTEGER
);
CREATE INDEX open_quarantine ON quarantine (what, subject) WHERE resolved_at IS NULL;
CREATE TABLE alerts (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL
);
