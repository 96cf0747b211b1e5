-- (PostgreSQL says this in another way.)

DROP TRIGGER session_erasable;
CREATE TRIGGER session_erasable BEFORE UPDATE OF erased_at ON session
WHEN OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND (
    OLD.kept_at IS NOT NULL OR NEW.erased_at <= OLD.over_at OR NEW.client <> '' OR NEW.pickup_code <> ''
    OR NEW.initials <> '' OR NEW.room <> '' OR NEW.colour <> '' OR NEW.pattern <> '' OR NEW.limits <> '{}'
)
BEGIN SELECT RAISE(ABORT, 'only a session that is over, and not to be kept, is erased, and nothing is left of it'); END;
CREATE TRIGGER session_made_erased BEFORE INSERT ON session WHEN NEW.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'no session is made erased'); END;

-- What came too late is passed over where it says nothing new, and refused where it would.
CREATE TRIGGER claim_erased BEFORE INSERT ON claim
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER look_erased BEFORE INSERT ON look
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER seat_erased BEFORE INSERT ON seat
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the record was erased'); END;
CREATE TRIGGER device_erased BEFORE INSERT ON device
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the record was erased'); END;
CREATE TRIGGER entry_erased BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the record was erased'); END;

-- A row counts as emptied only where erasing made it so.
CREATE TRIGGER archive_made_emptied BEFORE INSERT ON archive
WHEN (NEW.emptied_at IS NOT NULL) <> EXISTS (
    SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at IS NOT NULL
)
BEGIN SELECT RAISE(ABORT, 'only an erased record is emptied'); END;
CREATE TRIGGER held_made_emptied BEFORE INSERT ON held WHEN NEW.emptied_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'only an erased record is emptied'); END;
CREATE TRIGGER arrangement_made_emptied BEFORE INSERT ON arrangement
WHEN NEW.emptied_at IS NOT NULL AND (
    NEW.kind <> 'erased'
    OR NOT EXISTS (
        SELECT 1 FROM session WHERE clinic = NEW.clinic AND id = NEW.session AND erased_at = NEW.emptied_at
    )
    OR EXISTS (SELECT 1 FROM arrangement WHERE clinic = NEW.clinic AND session = NEW.session AND kind = 'erased')
)
BEGIN SELECT RAISE(ABORT, 'only an erased record is emptied'); END;
