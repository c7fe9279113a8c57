// SPDX-License-Identifier: Apache-2.0
package pagerace.terminal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns of a table: each as wide as its widest cell, two blanks between them. The last one takes what room is left, and its
 * text is broken there.
 */
public final class Columns {
    private static final String GAP = "  ";

    /** The last column wants this much room, or as much as it can use, before others are dropped. */
    private static final int LAST = 30;

    private final Terminal terminal;
    private final String indent;
    private final Set<Integer> numbers;
    private final Set<Integer> dropped = new HashSet<>();
    private final int[] widths;

    /**
     * Columns for {@code rows}, of equally many cells, the head among them if there is one.
     *
     * @param indent what each line begins with
     * @param numbers the columns, from 0, whose cells stand at the right
     * @param dispensable the columns that may be dropped where the table does not fit, in the order in which they go
     */
    public Columns(
            Terminal terminal,
            String indent,
            List<List<String>> rows,
            Set<Integer> numbers,
            List<Integer> dispensable) {
        this.terminal = terminal;
        this.indent = indent;
        this.numbers = numbers;
        widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Terminal.width(row.get(i)));
            }
        }
        for (int column : dispensable) {
            if (needed() > terminal.columns()) {
                dropped.add(column);
            }
        }
    }

    /** Columns of text, none of which may be dropped. */
    public Columns(Terminal terminal, String indent, List<List<String>> rows) {
        this(terminal, indent, rows, Set.of(), List.of());
    }

    /** Whether every column has room. */
    public boolean isWhole() {
        return dropped.isEmpty();
    }

    private int needed() {
        int needed = indent.length() + Math.min(LAST, widths[widths.length - 1]);
        for (int i = 0; i < widths.length - 1; i++) {
            needed += dropped.contains(i) ? 0 : widths[i] + GAP.length();
        }
        return needed;
    }

    /** A row as a line, or as several if its last cell is long. */
    public String line(List<String> cells) {
        StringBuilder begin = new StringBuilder(indent);
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            if (!dropped.contains(i)) {
                String cell = cells.get(i);
                String blank = " ".repeat(widths[i] - cell.length());
                begin.append(numbers.contains(i) ? blank + cell : cell + blank).append(GAP);
            }
        }
        return terminal.row(begin.toString(), cells.get(last));
    }
}
