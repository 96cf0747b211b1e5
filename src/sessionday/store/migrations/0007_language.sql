-- Which language somebody reads: for each seat, and for each of the clinic's people. '' where they never chose one.
ALTER TABLE seat ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN language TEXT NOT NULL DEFAULT '';
