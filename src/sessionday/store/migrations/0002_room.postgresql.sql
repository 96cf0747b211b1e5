-- A session that is long over: its whole record in one piece, compressed. The entries leave their table for it.
CREATE TABLE archive (
    clinic TEXT NOT NULL,
    session TEXT NOT NULL,
    seq BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    record BYTEA NOT NULL,
    PRIMARY KEY (clinic, session),
    FOREIGN KEY (clinic, session) REFERENCES session (clinic, id)
);

CREATE FUNCTION stays_unless_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM archive WHERE clinic = OLD.clinic AND session = OLD.session) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'an entry is never deleted';
    END IF;
    RETURN OLD;
END $$;

DROP TRIGGER entry_kept ON entry;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION stays_unless_archived();
CREATE TRIGGER archive_stays BEFORE UPDATE ON archive FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER archive_kept BEFORE DELETE ON archive FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER archive_emptied BEFORE TRUNCATE ON archive FOR EACH STATEMENT EXECUTE FUNCTION stays();
