// Its own module, to be loaded when it is needed: a CommonJS library that is imported directly at that moment has no
// named exports in the built form.
export { default as library } from 'net-snmp';
