// Blocks its own event loop for ever.
for (;;) Math.random();
