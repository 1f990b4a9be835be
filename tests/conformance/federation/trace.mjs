// Reads a trace as Apollo's gateway does: base64 in, JSON out.

import { Trace } from '@apollo/usage-reporting-protobuf';

const trace = Trace.decode(Buffer.from(process.env.FTV1, 'base64'));
console.log(JSON.stringify(Trace.toObject(trace, { longs: Number })));
