BEGIN;

CREATE TYPE state AS ENUM ('open', '50% done');

CREATE TABLE IF NOT EXISTS item (
    id SERIAL NOT NULL, 
    "Name" VARCHAR(20) DEFAULT 'it''s 100%' NOT NULL, 
    state state, 
    counted BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5), 
    twice INTEGER GENERATED ALWAYS AS (id * 2) STORED, 
    PRIMARY KEY (id)
);

COMMENT ON TABLE item IS 'things';

COMMENT ON COLUMN item."Name" IS 'what it''s called';

INSERT INTO item ("Name", state) VALUES ('a''b', 'open');

INSERT INTO item ("Name", state) VALUES ('c', NULL);

COMMENT ON TABLE item IS 'other things';

COMMENT ON TABLE item IS NULL;

ALTER TABLE item RENAME TO "Thing";

DROP TABLE "Thing";

DROP TYPE state;

COMMIT;

