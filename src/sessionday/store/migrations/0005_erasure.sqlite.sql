-- Rows that never change may be emptied, if their session is erased, and in no other way. (PostgreSQL says this in another way.)

CREATE TRIGGER session_erased BEFORE UPDATE ON session WHEN OLD.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an erased session is never changed'); END;
CREATE TRIGGER session_erasable BEFORE UPDATE OF erased_at ON session
WHEN OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND (OLD.kept_at IS NOT NULL OR NEW.erased_at <= OLD.over_at OR NEW.client <> '')
BEGIN SELECT RAISE(ABORT, 'only a session that is over, and not to be kept, is erased'); END;

DROP TRIGGER archive_stays;
CREATE TRIGGER archive_stays BEFORE UPDATE ON archive
WHEN NOT (
    OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
    AND EXISTS (
        SELECT 1 FROM session
        WHERE clinic = OLD.clinic AND id = OLD.session AND erased_at IS NOT NULL AND seq = NEW.seq
    )
)
BEGIN SELECT RAISE(ABORT, 'an archive is never changed'); END;

DROP TRIGGER held_stays;
CREATE TRIGGER held_stays BEFORE UPDATE ON held
WHEN NOT (
    OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
    AND NEW.number = OLD.number AND NEW.role = OLD.role AND NEW.by = OLD.by AND NEW.received_at = OLD.received_at
    AND NEW.why = OLD.why AND NEW.body = 'null' AND NEW.message = ''
    AND EXISTS (SELECT 1 FROM session WHERE clinic = OLD.clinic AND id = OLD.session AND erased_at IS NOT NULL)
)
BEGIN SELECT RAISE(ABORT, 'a held entry is never changed'); END;

DROP TRIGGER arrangement_stays;
CREATE TRIGGER arrangement_stays BEFORE UPDATE ON arrangement
WHEN NOT (
    OLD.emptied_at IS NULL AND NEW.emptied_at IS NOT NULL AND NEW.clinic = OLD.clinic AND NEW.session = OLD.session
    AND NEW.number = OLD.number AND NEW.at = OLD.at AND NEW.by = OLD.by AND NEW.kind = OLD.kind AND NEW.body = '{}'
    AND EXISTS (SELECT 1 FROM session WHERE clinic = OLD.clinic AND id = OLD.session AND erased_at IS NOT NULL)
)
BEGIN SELECT RAISE(ABORT, 'an arrangement is never changed'); END;

-- Nothing comes back: what was reckoned from the record just before is passed over, and what says something new is refused.
CREATE TRIGGER summary_erased BEFORE INSERT ON summary
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER alarm_erased BEFORE INSERT ON alarm
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER browser_erased BEFORE INSERT ON browser
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER held_erased BEFORE INSERT ON held
WHEN NEW.emptied_at IS NULL
    AND EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the record was erased'); END;
CREATE TRIGGER arrangement_erased BEFORE INSERT ON arrangement
WHEN NEW.emptied_at IS NULL
    AND EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the record was erased'); END;
