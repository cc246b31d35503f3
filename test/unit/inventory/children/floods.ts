// 100 MB without a line end.
const block = 'x'.repeat(1024 * 1024);
let left = 100;
const more = (): void => {
  left -= 1;
  if (left >= 0) process.stdout.write(block, more);
};
more();
