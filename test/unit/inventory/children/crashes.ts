process.stdout.write('{"source":"cpu","value":{"manufacturer":"Intel","brand":"Xeon"}}\n', () => process.abort());
