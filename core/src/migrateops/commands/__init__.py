"""The commands: values in, values out; nothing here prints."""
