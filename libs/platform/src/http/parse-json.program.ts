// Worker thread that parses large JSON texts.
import { parseText } from './parse-text.js';

export default parseText;
