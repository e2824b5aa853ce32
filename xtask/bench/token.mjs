// A token of the role `user`, signed with HS256. Usage: node token.mjs SECRET

import { createHmac } from 'node:crypto';

const [secret] = process.argv.slice(2);
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = {
  sub: 'bench',
  exp: Math.floor(Date.now() / 1000) + 24 * 3600,
  'https://hasura.io/jwt/claims': {
    'x-hasura-allowed-roles': ['user'],
    'x-hasura-default-role': 'user',
    'x-hasura-user-id': 'bench',
  },
};
const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
console.log(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
