"""设置 and what is reached from it: rules, keys, acts, recycle bin, licences."""
