// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An element of HTML or SVG and what it contains. What it writes, parsers of HTML and of XML read alike: every element is
 * closed, every text escaped, every attribute quoted.
 */
final class Markup {
    /** What never contains anything: in HTML an end tag of its own would be an error, in SVG a waste. */
    private static final Set<String> EMPTY = Set.of("br", "circle", "meta", "path", "rect", "wbr");

    /** Text that a parser of HTML takes as it is, so that nothing in it may need to be escaped. */
    private static final Set<String> RAW = Set.of("style", "script");

    /** What begins a line, so that the page can be read and compared as text; blanks before these mean nothing. */
    private static final Set<String> BEGINS_LINE = Set.of(
            "article", "body", "caption", "dd", "details", "div", "dl", "dt", "footer", "g", "h1", "h2", "h3", "h4",
            "head", "header", "html", "li", "main", "meta", "nav", "ol", "p", "pre", "script", "section", "style",
            "summary", "svg", "table", "tbody", "thead", "title", "tr", "ul");

    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Object> content = new ArrayList<>();

    private Markup(String name) {
        this.name = name;
    }

    /** The element {@code name}; see {@link #add} for its content. */
    static Markup tag(String name, Object... content) {
        return new Markup(name).add(content);
    }

    /** Text of class {@code classes}, for what has no element of its own. */
    static Markup span(String classes, Object... content) {
        return tag("span", content).with("class", classes);
    }

    /** Sets an attribute, and returns this. */
    Markup with(String attribute, Object value) {
        attributes.put(attribute, value.toString());
        return this;
    }

    /** Appends elements, lists of such, and whatever else as text; and returns this. */
    Markup add(Object... more) {
        for (Object each : more) {
            if (each instanceof List<?> list) {
                add(list.toArray());
            } else {
                content.add(each);
            }
        }
        return this;
    }

    boolean isEmpty() {
        return content.isEmpty();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        write(text);
        return text.toString();
    }

    private void write(StringBuilder text) {
        if (BEGINS_LINE.contains(name)) {
            text.append('\n');
        }
        text.append('<').append(name);
        attributes.forEach((attribute, value) -> text.append(' ')
                .append(attribute)
                .append("=\"")
                .append(escaped(value))
                .append('"'));
        if (EMPTY.contains(name)) {
            text.append(" />");
            return;
        }
        text.append('>');
        for (Object each : content) {
            if (each instanceof Markup element) {
                element.write(text);
            } else {
                text.append(RAW.contains(name) ? raw(each.toString()) : escaped(each.toString()));
            }
        }
        text.append("</").append(name).append('>');
    }

    private static String raw(String text) {
        if (!escaped(text).equals(text.replace("\"", "&quot;"))) {
            throw new IllegalArgumentException("needs to be escaped: " + text);
        }
        return text;
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.append(isAllowed(c) ? (char) c : '\uFFFD');
            }
        });
        return escaped.toString();
    }

    /** Whether XML allows the character; a crash report may contain others. */
    private static boolean isAllowed(int c) {
        return c >= ' ' ? c != 0xFFFE && c != 0xFFFF : c == '\n' || c == '\t';
    }
}
