// node validate.mjs FILE: checks a file against the strict schema of CycloneDX 1.6.
import { readFileSync } from 'node:fs'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'

const problem = await new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  .validate(readFileSync(process.argv[2], 'utf8'))
if (problem) {
  console.error(JSON.stringify(problem, null, 1))
  process.exit(1)
}
console.log('valid')
