for (const line of [
  'dmidecode: permission denied',
  '{"source":"osInfo","value":{"platform":"linux"',
  '{"source":"osInfo","value":{"platform":7}}',
  '{"source":"mem","value":{"total":-5}}',
  '{"source":"cpu","value":null}',
  '{"source":"fsSize","value":[null,7,{"fs":"/dev/sda1","type":"ext4","size":"big","mount":"/"}]}',
  '{"source":"system","problem":"no such tool"}',
  '{"source":"__proto__","value":{"polluted":true}}',
  'null',
  '[]',
  '{"source":["mem"],"value":1}',
]) {
  process.stdout.write(`${line}\n`);
}
