-- The record is only ever added to; so is what was kept aside. (SQLite says this in another way.)

CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%s %s is never %s', CASE TG_TABLE_NAME WHEN 'held' THEN 'a held' ELSE 'an' END,
            CASE TG_TABLE_NAME WHEN 'held' THEN 'entry' ELSE TG_TABLE_NAME END,
            CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END);
END $$;

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER entry_kept BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER entry_emptied BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION stays();
CREATE TRIGGER held_stays BEFORE UPDATE ON held FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER held_kept BEFORE DELETE ON held FOR EACH ROW EXECUTE FUNCTION stays();
CREATE TRIGGER held_emptied BEFORE TRUNCATE ON held FOR EACH STATEMENT EXECUTE FUNCTION stays();
