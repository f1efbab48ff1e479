ALTER TABLE other.player ADD CONSTRAINT ex EXCLUDE USING gist (name gist_text_ops WITH =, (number + 1) WITH <>) WHERE (id > 0) DEFERRABLE INITIALLY DEFERRED;
