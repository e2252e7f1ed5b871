// The thread that reads large JSON.
import { parseText } from './parse-text.js';

export default parseText;
