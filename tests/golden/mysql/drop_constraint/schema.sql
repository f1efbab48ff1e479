ALTER TABLE other.player DROP CHECK ck;
