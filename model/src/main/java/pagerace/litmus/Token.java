// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A word, number or symbol of a litmus file, with the line on which it stands. */
record Token(Kind kind, String text, int line) {
    enum Kind {
        WORD,
        NUMBER,
        SYMBOL,
        END
    }

    private static final Pattern PART = Pattern.compile("""
            (?<space>\\s+|//[^\\n]*|/\\*(?s:.*?)\\*/|\\(\\*(?!\\s*\\w+\\s*[,)=])(?s:.*?)\\*\\))\
            |(?<word>[A-Za-z_]\\w*)\
            |(?<number>0[xX][0-9a-fA-F]+|\\d+)\
            |(?<symbol>/\\\\|\\\\/|&&|\\|\\||==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>=(){}\\[\\];,:?.])""");

    boolean is(String expected) {
        return kind != Kind.END && text.equals(expected);
    }

    /** What a message calls it. */
    String shown() {
        return kind == Kind.END ? "the end of the file" : "'" + text + "'";
    }

    /** The tokens of {@code text}, ended by one of kind {@link Kind#END}. */
    static List<Token> listOf(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher part = PART.matcher(text);
        int line = 1;
        int at = 0;
        while (at < text.length()) {
            part.region(at, text.length());
            if (!part.lookingAt()) {
                throw new RefusedException(line, "unexpected character '" + text.charAt(at) + "'");
            }
            String found = part.group();
            if (part.group("word") != null) {
                tokens.add(new Token(Kind.WORD, found, line));
            } else if (part.group("number") != null) {
                tokens.add(new Token(Kind.NUMBER, found, line));
            } else if (part.group("symbol") != null) {
                tokens.add(new Token(Kind.SYMBOL, found, line));
            }
            line += (int) found.chars().filter(c -> c == '\n').count();
            at = part.end();
        }
        tokens.add(new Token(Kind.END, "", line));
        return tokens;
    }
}
