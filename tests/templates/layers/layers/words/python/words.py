WORD = "world"
FROM = "on top"
