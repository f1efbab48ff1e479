"""What is written into the third script by hand."""

from migrateops import op


def upgrade() -> None:
    # A database without sequences, such as the file of this shop, does without.
    if op.get_context().dialect.supports_sequences:
        op.create_sequence("purchase_number", start=1000)


def downgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        op.drop_sequence("purchase_number")
