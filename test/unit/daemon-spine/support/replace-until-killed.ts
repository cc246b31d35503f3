// Replaces a file without end, each time by a million other letters, until it is killed. Argument: the file.
import { replaceFile } from '#config/atomic-file.ts';

const [path = ''] = process.argv.slice(2);
for (let n = 0; ; n += 1) {
  await replaceFile(path, 'abcdefghij'.charAt(n % 10).repeat(1_000_000));
  if (n === 0) process.stdout.write('ready\n');
}
