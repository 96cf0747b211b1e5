-- What was arranged and who read it is only ever added to. (SQLite says this in another way.)

CREATE TRIGGER arrangement_stays BEFORE UPDATE ON arrangement FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER arrangement_kept BEFORE DELETE ON arrangement FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER access_stays BEFORE UPDATE ON access FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER access_kept BEFORE DELETE ON access FOR EACH ROW EXECUTE FUNCTION stays();
