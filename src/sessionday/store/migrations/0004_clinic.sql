-- What a clinic is run with: its numbers, its people's ways in, a session's band and limits, and who looked at what.
-- An empty text means: not said yet.

-- emergency, on_call, transport: telephone numbers. keep_years: for how long records are kept; null: nobody decided yet.
ALTER TABLE clinic ADD COLUMN emergency TEXT NOT NULL DEFAULT '';
ALTER TABLE clinic ADD COLUMN on_call TEXT NOT NULL DEFAULT '';
ALTER TABLE clinic ADD COLUMN transport TEXT NOT NULL DEFAULT '';
ALTER TABLE clinic ADD COLUMN keep_years BIGINT;

-- Who was there before roles were told apart could do everything, and still can.
ALTER TABLE staff ADD COLUMN role TEXT NOT NULL DEFAULT 'lead' CHECK (role IN ('lead', 'staff'));
-- pin_wrong: how many tries were wrong since the last right one.
ALTER TABLE staff ADD COLUMN pin_hash TEXT;
ALTER TABLE staff ADD COLUMN pin_wrong BIGINT NOT NULL DEFAULT 0;

-- A browser that several of the clinic's staff use: it locks, and a PIN opens it again.
CREATE TABLE tablet (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (clinic, id),
    UNIQUE (token_hash)
);

-- tablet: on which shared one; '' on none. used_at: when a hand was last on it, told every half minute at most.
-- proved_at: when whoever sits here last showed who they are.
ALTER TABLE sign_in ADD COLUMN tablet TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_in ADD COLUMN locked_at BIGINT;
ALTER TABLE sign_in ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;

-- A page that staff ended on one browser: what it still brings is kept aside, as for an ended link.
ALTER TABLE claim ADD COLUMN ended_at BIGINT;

CREATE TABLE invitation (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('lead', 'staff')),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (clinic, id),
    UNIQUE (token_hash)
);

-- credential, public_key: base64url, as the browser gave them.
CREATE TABLE passkey (
    clinic TEXT NOT NULL,
    staff TEXT NOT NULL,
    credential TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (clinic, staff, credential),
    UNIQUE (credential),
    FOREIGN KEY (clinic, staff) REFERENCES staff (clinic, id)
);

-- How a client is told from others on every screen. limits: the prescriber's own for this session, as JSON.
ALTER TABLE session ADD COLUMN initials TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN room TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN keeper TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE session ADD COLUMN erased_at BIGINT;

-- What was arranged beside the record: made, rescheduled, handed over, limits, a link ended. Only ever added to.
CREATE TABLE arrangement (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    at BIGINT NOT NULL,
    by TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (clinic, session, number),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

-- Who of the clinic read whose session, when, and what of it: page, step, record, figures. session '': the clinic's own.
CREATE TABLE access (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    session TEXT NOT NULL,
    staff TEXT NOT NULL,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (clinic, id)
);
CREATE INDEX access_session ON access (clinic, session, at);
CREATE INDEX access_at ON access (clinic, at);

-- The YAML that a protocol was compiled from, and who made it; null for the built-in ones.
ALTER TABLE protocol ADD COLUMN source TEXT;
ALTER TABLE protocol ADD COLUMN made_by TEXT;

-- A protocol that is being written.
CREATE TABLE draft (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, id)
);
