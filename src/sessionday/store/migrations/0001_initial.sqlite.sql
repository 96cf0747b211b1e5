-- The record is only ever added to; so is what was kept aside. (PostgreSQL says this in another way.)

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER held_stays BEFORE UPDATE ON held BEGIN SELECT RAISE(ABORT, 'a held entry is never changed'); END;
CREATE TRIGGER held_kept BEFORE DELETE ON held BEGIN SELECT RAISE(ABORT, 'a held entry is never deleted'); END;
