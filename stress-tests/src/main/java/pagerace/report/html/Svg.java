// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

/** The shapes that pictures are made of; their colours are the style sheet's. */
final class Svg {
    private Svg() {}

    /** How wide {@code text} is, at most. */
    static int width(String text) {
        return (int) Math.ceil(text.length() * 7.3);
    }

    /** How wide it is in small letters. */
    static int small(String text) {
        return (int) Math.ceil(text.length() * 6.4);
    }

    /**
     * A picture of one unit per pixel.
     *
     * @param style its class
     * @param title what it is called by who cannot see it
     * @param description what it says to them
     */
    static Markup picture(String style, String title, String description, int width, int height) {
        return tag("svg", tag("title", title), tag("desc", description))
                .with("xmlns", "http://www.w3.org/2000/svg")
                .with("class", style)
                .with("role", "img")
                .with("viewBox", "0 0 " + width + " " + height)
                .with("width", width)
                .with("height", height);
    }

    static Markup path(String style, String path) {
        return tag("path").with("class", style).with("d", path);
    }

    static Markup line(String style, int x1, int y1, int x2, int y2) {
        return path(style, "M" + x1 + " " + y1 + "L" + x2 + " " + y2);
    }

    static Markup rectangle(String style, int x, int y, int width, int height) {
        return tag("rect")
                .with("class", style)
                .with("x", x)
                .with("y", y)
                .with("width", width)
                .with("height", height);
    }

    static Markup dot(String style, int x, int y, double radius) {
        return tag("circle").with("class", style).with("cx", x).with("cy", y).with("r", radius);
    }

    /** Text that begins at {@code x}, unless its class or what it stands in says otherwise. */
    static Markup text(String style, int x, int y, String text) {
        return tag("text", text).with("class", style).with("x", x).with("y", y);
    }

    /** Text with {@code anchor} at {@code x}: start, middle or end. */
    static Markup text(String style, int x, int y, String anchor, String text) {
        return text(style, x, y, text).with("text-anchor", anchor);
    }

    /** An arrow from {@code from} to {@code to}. */
    static Markup arrow(String style, int from, int to, int y) {
        int direction = to > from ? 1 : -1;
        return path(style, "M" + from + " " + y + "H" + (to - direction * 4) + head(to, y, direction));
    }

    /** An arrow with a head at both ends. */
    static Markup doubleArrow(String style, int from, int to, int y) {
        int direction = to > from ? 1 : -1;
        String line = "M" + (from + direction * 4) + " " + y + "H" + (to - direction * 4);
        return path(style, line + head(to, y, direction) + head(from, y, -direction));
    }

    private static String head(int x, int y, int direction) {
        return "M" + x + " " + y + "l" + -direction * 8 + " -4v8Z";
    }
}
