-- Rows that never change may be emptied, if their session is erased, and in no other way. (SQLite says this in another way.)

CREATE FUNCTION erased_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_ARGV[0];
END $$;
CREATE TRIGGER session_erased BEFORE UPDATE ON session FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL)
    EXECUTE FUNCTION erased_stays('an erased session is never changed');
CREATE TRIGGER session_erasable BEFORE UPDATE ON session FOR EACH ROW
    WHEN (
        OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND (OLD.kept_at IS NOT NULL OR NEW.erased_at <= OLD.over_at OR NEW.client <> '')
    )
    EXECUTE FUNCTION erased_stays('only a session that is over, and not to be kept, is erased');

CREATE FUNCTION stays_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM session WHERE clinic = OLD.clinic AND id = OLD.session AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = format('%s is never changed', CASE TG_TABLE_NAME WHEN 'held' THEN 'a held entry' ELSE 'an ' || TG_TABLE_NAME END);
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER archive_stays ON archive;
CREATE TRIGGER archive_stays BEFORE UPDATE ON archive FOR EACH ROW
    WHEN (NOT (
        OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
        AND NEW.seq >= OLD.seq
    ))
    EXECUTE FUNCTION stays();
CREATE TRIGGER archive_emptied_at BEFORE UPDATE ON archive FOR EACH ROW EXECUTE FUNCTION stays_unless_erased();

DROP TRIGGER held_stays ON held;
CREATE TRIGGER held_stays BEFORE UPDATE ON held FOR EACH ROW
    WHEN (NOT (
        OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
        AND NEW.number = OLD.number AND NEW.role = OLD.role AND NEW.by = OLD.by AND NEW.received_at = OLD.received_at
        AND NEW.why = OLD.why AND NEW.body = 'null' AND NEW.message = ''
    ))
    EXECUTE FUNCTION stays();
CREATE TRIGGER held_emptied_at BEFORE UPDATE ON held FOR EACH ROW EXECUTE FUNCTION stays_unless_erased();

DROP TRIGGER arrangement_stays ON arrangement;
CREATE TRIGGER arrangement_stays BEFORE UPDATE ON arrangement FOR EACH ROW
    WHEN (NOT (
        OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
        AND NEW.number = OLD.number AND NEW.at = OLD.at AND NEW.by = OLD.by AND NEW.kind = OLD.kind AND NEW.body = '{}'
    ))
    EXECUTE FUNCTION stays();
CREATE TRIGGER arrangement_emptied_at BEFORE UPDATE ON arrangement FOR EACH ROW EXECUTE FUNCTION stays_unless_erased();

-- Nothing comes back: what was reckoned from the record just before is passed over, and what says something new is refused.
-- Each waits for an erasure that is under way, or makes it wait.
CREATE FUNCTION unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NULL FOR KEY SHARE;
    IF FOUND OR NOT EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session) THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME IN ('held', 'arrangement') THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'the record was erased';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER summary_erased BEFORE INSERT ON summary FOR EACH ROW EXECUTE FUNCTION unless_erased();
CREATE TRIGGER alarm_erased BEFORE INSERT ON alarm FOR EACH ROW EXECUTE FUNCTION unless_erased();
CREATE TRIGGER browser_erased BEFORE INSERT ON browser FOR EACH ROW EXECUTE FUNCTION unless_erased();
CREATE TRIGGER held_erased BEFORE INSERT ON held FOR EACH ROW WHEN (NEW.emptied_at IS NULL)
    EXECUTE FUNCTION unless_erased();
CREATE TRIGGER arrangement_erased BEFORE INSERT ON arrangement FOR EACH ROW WHEN (NEW.emptied_at IS NULL)
    EXECUTE FUNCTION unless_erased();
