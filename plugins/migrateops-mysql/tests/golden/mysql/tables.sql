CREATE TABLE item (
    id INTEGER UNSIGNED NOT NULL AUTO_INCREMENT, 
    `Name` VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL COMMENT 'what it''s called' DEFAULT 'it''s 100%', 
    state ENUM('open','50% done'), 
    twice INTEGER GENERATED ALWAYS AS (length(`Name`) * 2) STORED, 
    flag BOOL, 
    at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, 
    PRIMARY KEY (id), 
    CONSTRAINT yes CHECK (flag IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='things';

CREATE INDEX ix_item_state ON item (state);

INSERT INTO item (`Name`, state) VALUES ('a''b\\c', 'open');

INSERT INTO item (`Name`, state) VALUES ('c', NULL);

ALTER TABLE item COMMENT 'other things';

ALTER TABLE item COMMENT '';

ALTER TABLE item RENAME TO `Thing`;

DROP TABLE IF EXISTS `Thing`;

