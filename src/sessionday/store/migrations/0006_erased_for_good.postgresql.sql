-- (SQLite says this in another way.)

DROP TRIGGER session_erasable ON session;
CREATE TRIGGER session_erasable BEFORE UPDATE ON session FOR EACH ROW
    WHEN (
        OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND (
            OLD.kept_at IS NOT NULL OR NEW.erased_at <= OLD.over_at OR NEW.client <> '' OR NEW.pickup_code <> ''
            OR NEW.initials <> '' OR NEW.room <> '' OR NEW.colour <> '' OR NEW.pattern <> '' OR NEW.limits <> '{}'
        )
    )
    EXECUTE FUNCTION erased_stays('only a session that is over, and not to be kept, is erased, and nothing is left of it');
CREATE TRIGGER session_made_erased BEFORE INSERT ON session FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION erased_stays('no session is made erased');

-- What came too late is passed over where it says nothing new, and refused where it would.
CREATE OR REPLACE FUNCTION unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NULL FOR KEY SHARE;
    IF FOUND OR NOT EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session) THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME IN ('held', 'arrangement', 'seat') THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'the record was erased';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_erased BEFORE INSERT ON claim FOR EACH ROW EXECUTE FUNCTION unless_erased();
CREATE TRIGGER look_erased BEFORE INSERT ON look FOR EACH ROW EXECUTE FUNCTION unless_erased();
CREATE TRIGGER seat_erased BEFORE INSERT ON seat FOR EACH ROW EXECUTE FUNCTION unless_erased();

-- Entries come many at once, so they are looked at together; a device only when it is new. Each has waited for an erasure by
-- then: it points at its session, whose row the erasure has to itself.
CREATE FUNCTION device_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'the record was erased';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER device_erased AFTER INSERT ON device FOR EACH ROW EXECUTE FUNCTION device_unless_erased();
CREATE FUNCTION entries_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT clinic, session FROM fresh) AS one
        JOIN session ON session.clinic = one.clinic AND session.id = one.session WHERE session.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'the record was erased';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_erased AFTER INSERT ON entry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION entries_unless_erased();

-- A row counts as emptied only where erasing made it so.
CREATE FUNCTION emptied_by_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased BIGINT := (SELECT erased_at FROM session WHERE clinic = NEW.clinic AND id = NEW.session);
BEGIN
    IF TG_TABLE_NAME = 'archive' THEN
        IF (NEW.emptied_at IS NOT NULL) = (erased IS NOT NULL) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_TABLE_NAME = 'arrangement' THEN
        IF NEW.kind = 'erased' AND erased = NEW.emptied_at AND NOT EXISTS (
            SELECT 1 FROM arrangement WHERE clinic = NEW.clinic AND session = NEW.session AND kind = 'erased'
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'only an erased record is emptied';
END $$;
CREATE TRIGGER archive_made_emptied BEFORE INSERT ON archive FOR EACH ROW EXECUTE FUNCTION emptied_by_erasing();
CREATE TRIGGER held_made_emptied BEFORE INSERT ON held FOR EACH ROW WHEN (NEW.emptied_at IS NOT NULL)
    EXECUTE FUNCTION emptied_by_erasing();
CREATE TRIGGER arrangement_made_emptied BEFORE INSERT ON arrangement FOR EACH ROW WHEN (NEW.emptied_at IS NOT NULL)
    EXECUTE FUNCTION emptied_by_erasing();
