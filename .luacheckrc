-- Lua as HAProxy 3.0 embeds it.
std = "lua54"
max_line_length = 132
globals = { "core" }
read_globals = { "filter", "TXN" }
