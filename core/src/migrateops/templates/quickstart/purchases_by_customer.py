"""What is written into the third script by hand, where there is no plugin to be shown."""

from migrateops import op


def upgrade() -> None:
    op.create_index("purchase_customer", "purchase", ["customer_id"])
    op.execute("UPDATE purchase SET amount = 0 WHERE amount < 0")


def downgrade() -> None:
    op.drop_index("purchase_customer", "purchase")
