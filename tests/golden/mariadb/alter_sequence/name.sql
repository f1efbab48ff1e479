RENAME TABLE numbers TO `Other's`;
