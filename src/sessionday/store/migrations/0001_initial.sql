-- The first schema. Time is milliseconds since the epoch; JSON is text; hashes and salts are hexadecimal.
-- Every key is led by the clinic, so that the tables can be spread over machines by it.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE clinic (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    phone TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE TABLE staff (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (clinic, id),
    UNIQUE (email)
);

CREATE TABLE sign_in (
    clinic TEXT NOT NULL,
    staff TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (clinic, staff, token_hash),
    UNIQUE (token_hash),
    FOREIGN KEY (clinic, staff) REFERENCES staff (clinic, id)
);

CREATE TABLE protocol (
    clinic TEXT NOT NULL REFERENCES clinic (id),
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, id, version)
);

-- seq, head: the record's length and its last hash. held: how many entries were ever kept aside.
CREATE TABLE session (
    clinic TEXT NOT NULL,
    id TEXT NOT NULL,
    handle TEXT NOT NULL,
    client TEXT NOT NULL,
    start BIGINT NOT NULL,
    days TEXT NOT NULL,
    pickup_code TEXT NOT NULL,
    protocol TEXT NOT NULL,
    version TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    over_at BIGINT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq >= 0),
    head TEXT NOT NULL,
    held BIGINT NOT NULL CHECK (held >= 0),
    PRIMARY KEY (clinic, id),
    UNIQUE (handle),
    FOREIGN KEY (clinic, protocol, version) REFERENCES protocol (clinic, id, version)
);
CREATE INDEX session_start ON session (clinic, start);

CREATE TABLE seat (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('client', 'support', 'staff', 'prescriber')),
    name TEXT NOT NULL,
    link_hash TEXT NOT NULL,
    code_hash TEXT,
    code_expires_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (clinic, session, id),
    UNIQUE (link_hash),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);
CREATE INDEX seat_code ON seat (code_hash);

CREATE TABLE claim (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    credential_hash TEXT NOT NULL,
    seat TEXT NOT NULL,
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, credential_hash),
    FOREIGN KEY (clinic, session, seat) REFERENCES seat (clinic, session, id)
);

-- person: whose entries this device sends. last_n: the highest count of its that was stored.
CREATE TABLE device (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    last_n BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, id),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

CREATE TABLE entry (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq >= 1),
    id TEXT NOT NULL,
    device TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 1),
    seen BIGINT NOT NULL CHECK (seen >= 0),
    role TEXT NOT NULL CHECK (role IN ('client', 'support', 'staff', 'prescriber')),
    by TEXT NOT NULL,
    t BIGINT NOT NULL,
    at BIGINT NOT NULL,
    skew BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('answer', 'withdraw', 'waive', 'ack')),
    step TEXT,
    answer TEXT,
    of TEXT,
    reason TEXT,
    extra TEXT,
    salt TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (clinic, session, seq),
    UNIQUE (clinic, session, id),
    UNIQUE (clinic, session, device, n),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

CREATE TABLE held (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    fingerprint TEXT NOT NULL,
    id TEXT,
    device TEXT NOT NULL,
    n BIGINT,
    role TEXT NOT NULL,
    by TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    why TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (clinic, session, number),
    UNIQUE (clinic, session, fingerprint),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

CREATE TABLE look (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    staff TEXT NOT NULL,
    name TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, staff),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);
