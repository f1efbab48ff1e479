BEGIN;

CREATE SEQUENCE IF NOT EXISTS item_id_seq;

CREATE TYPE state AS ENUM ('open', '50% done');

CREATE TABLE IF NOT EXISTS item (
    id INTEGER DEFAULT nextval('item_id_seq') NOT NULL, 
    "Name" VARCHAR(20) DEFAULT 'it''s 100%' NOT NULL, 
    state state, 
    data BYTEA, 
    twice INTEGER GENERATED ALWAYS AS (id * 2), 
    PRIMARY KEY (id)
);

COMMENT ON TABLE item IS 'things';

COMMENT ON COLUMN item."Name" IS 'what it''s called';

INSERT INTO item ("Name", data) VALUES ('a''b', '\x00\x27\x61'::BLOB);

INSERT INTO item ("Name", state) VALUES ('c', 'open');

COMMENT ON TABLE item IS 'other things';

COMMENT ON TABLE item IS NULL;

ALTER TABLE item RENAME TO "Thing";

DROP TABLE "Thing";

DROP SEQUENCE item_id_seq;

DROP TYPE state;

COMMIT;

