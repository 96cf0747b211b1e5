-- What was arranged and who read it is only ever added to. (PostgreSQL says this in another way.)

CREATE TRIGGER arrangement_stays BEFORE UPDATE ON arrangement BEGIN SELECT RAISE(ABORT, 'an arrangement is never changed'); END;
CREATE TRIGGER arrangement_kept BEFORE DELETE ON arrangement BEGIN SELECT RAISE(ABORT, 'an arrangement is never deleted'); END;
CREATE TRIGGER access_stays BEFORE UPDATE ON access BEGIN SELECT RAISE(ABORT, 'an access is never changed'); END;
CREATE TRIGGER access_kept BEFORE DELETE ON access BEGIN SELECT RAISE(ABORT, 'an access is never deleted'); END;
