// A push service and the app behind it, for one message: node service.mjs CERT KEY.
// It prints its port and the app's subscription, then what arrived, decrypted by http_ece.
import crypto from 'node:crypto'
import fs from 'node:fs'
import https from 'node:https'
import ece from 'http_ece'

const app = crypto.createECDH('prime256v1')
const p256dh = app.generateKeys().toString('base64url')
const auth = crypto.randomBytes(16)

const server = https.createServer({ cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]) }, (req, res) => {
  const parts = []
  req.on('data', (part) => parts.push(part))
  req.on('end', () => {
    const message = ece.decrypt(Buffer.concat(parts), { version: 'aes128gcm', privateKey: app, authSecret: auth })
    const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(req.headers.authorization)
    console.log(JSON.stringify({
      message: JSON.parse(message), ttl: req.headers.ttl, urgency: req.headers.urgency, path: req.url, signed: verify(token, key),
      claims: JSON.parse(Buffer.from(token.split('.')[1], 'base64url')), key,
    }))
    res.writeHead(201).end()
    server.close()
    server.closeIdleConnections()
  })
})

// verify checks the signature of a VAPID token (RFC 8292) with the key beside it.
function verify (token, key) {
  const [head, body, signature] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const publicKey = crypto.createPublicKey({
    format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
  })
  return crypto.verify('sha256', Buffer.from(head + '.' + body), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
}

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port, keys: { p256dh, auth: auth.toString('base64url') } }))
})
