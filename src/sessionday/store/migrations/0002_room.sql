-- Room to grow: what can be known of a session without reading its record, and who watches the clock.
-- All of it can be made again from the record, and is never believed over it.

-- What the record said when it was evaluated last, up to `seq`: good until `changes_at`, under `release`.
CREATE TABLE summary (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    seq BIGINT NOT NULL,
    held BIGINT NOT NULL,
    release TEXT NOT NULL,
    at BIGINT NOT NULL,
    changes_at BIGINT,
    card TEXT NOT NULL,
    PRIMARY KEY (clinic, session),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);
CREATE INDEX summary_due ON summary (changes_at);

-- When an alert was first known to a server, whether or not anybody was looking.
CREATE TABLE alarm (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    alert TEXT NOT NULL,
    level TEXT NOT NULL,
    since BIGINT,
    raised_at BIGINT NOT NULL,
    raised_by TEXT NOT NULL,
    PRIMARY KEY (clinic, session, alert),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

-- Which process does what only one may do at a time. `beat` is counted up while it lives.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    beat BIGINT NOT NULL
);

-- A session that is long over: its whole record in one piece, compressed. The entries leave their table for it.
CREATE TABLE archive (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    seq BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (clinic, session),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);
ALTER TABLE session ADD COLUMN archived_at BIGINT;
CREATE INDEX session_over ON session (over_at) WHERE archived_at IS NULL;
