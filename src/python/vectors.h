/* Questions about versions, specifiers, markers, requirements, names and metadata, one JSON object a line, and their answers.
 * For `hwb debug vectors` and the test vectors in tests/vectors, whose answers come from pypa/packaging 26.3. */
#ifndef PYTHON_VECTORS_H
#define PYTHON_VECTORS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"

/* Longest question: a METADATA text with its escapes. */
enum { VECTORS_LINE_MAX = 1024 * 1024 };

/* line: {"fn": NAME, "in": {...}}, other keys are ignored. Appends one JSON object without a line break to *reply:
 * {"ok":true,"value":...} or {"ok":false,"error":"..."}; never fails otherwise. Scratch memory comes from a.
 *
 *   version.parse   {v}                -> canonical text
 *   version.cmp     {a, b}             -> -1, 0, 1
 *   spec.parse      {s}                -> canonical text
 *   spec.contains   {s, v, prereleases: true | false | null} -> boolean
 *   marker.eval     {m, env}           -> boolean; env: the 11 fields (absent ones are "") and "extra"
 *   req.parse       {r}                -> {name, extras, specifier, url, marker}
 *   name.norm       {n}                -> normalised name; an invalid one is an error
 *   wheelname.parse {f}                -> {name, version, build: [number, suffix] | null, tags}
 *   metadata.parse  {text}             -> {metadata_version, name, version, requires_dist, requires_python, provides_extra, dynamic}
 */
void vectors_answer(struct bytes line, struct arena *a, struct buf *reply);

#endif
