-- A record is erased by taking what is private out of it, once and for good; what is left still verifies.

-- kept_at: since when somebody wants this record kept, whatever the clinic's rule says; null: nobody does.
ALTER TABLE session ADD COLUMN kept_at BIGINT;
CREATE INDEX session_unerased ON session (clinic, over_at) WHERE erased_at IS NULL;

-- When what was private was taken out of the row; such a row is never changed again.
ALTER TABLE archive ADD COLUMN emptied_at BIGINT;
ALTER TABLE held ADD COLUMN emptied_at BIGINT;
ALTER TABLE arrangement ADD COLUMN emptied_at BIGINT;
