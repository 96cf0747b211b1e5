-- Which device a browser had when it came last, for each person who sat there: with the same credential and another device
-- its storage was emptied in between. `before`: the device that was lost then.
CREATE TABLE browser (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    credential_hash TEXT NOT NULL,
    person TEXT NOT NULL,
    device TEXT NOT NULL,
    before TEXT,
    since BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, credential_hash, person),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);
