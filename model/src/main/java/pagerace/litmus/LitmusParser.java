// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongBinaryOperator;
import pagerace.litmus.LitmusTest.Quantifier;
import pagerace.litmus.Primitive.Parameter;

/** Reads one litmus file by recursive descent. Every refusal names what it met and the line. */
final class LitmusParser {
    private static final Set<String> TYPES = Set.of(
            "int", "long", "unsigned", "u32", "u64", "s32", "s64", "bool", "atomic_t", "atomic_long_t", "spinlock_t");
    private static final Set<String> CONTROL =
            Set.of("while", "for", "do", "goto", "switch", "return", "break", "continue");

    /** C's binary operators on values, from the loosest to the tightest; {@code ||} and {@code &&} stand before them. */
    private static final List<Map<String, LongBinaryOperator>> OPERATORS = List.of(
            Map.of("|", (a, b) -> a | b),
            Map.of("^", (a, b) -> a ^ b),
            Map.of("&", (a, b) -> a & b),
            Map.of("==", (a, b) -> truth(a == b), "!=", (a, b) -> truth(a != b)),
            Map.of(
                    "<", (a, b) -> truth(a < b),
                    ">", (a, b) -> truth(a > b),
                    "<=", (a, b) -> truth(a <= b),
                    ">=", (a, b) -> truth(a >= b)),
            Map.of("<<", (a, b) -> a << b, ">>", (a, b) -> a >> b),
            Map.of("+", (a, b) -> a + b, "-", (a, b) -> a - b),
            Map.of("*", (a, b) -> a * b));

    private final String title;
    private final List<Token> tokens;
    private int at;

    private final Map<String, Integer> cellIndex = new LinkedHashMap<>();
    private final Map<Integer, Long> initial = new HashMap<>();
    private final Map<String, Boolean> usedAsLock = new HashMap<>();
    private final List<LitmusTest.Code> actors = new ArrayList<>();

    /** The pointer parameters and the registers of the actor being read. */
    private final Set<String> pointers = new HashSet<>();

    private final Map<String, Integer> registers = new LinkedHashMap<>();

    LitmusParser(String text) {
        tokens = Token.listOf(withoutTitle(text));
        title = titleOf(text);
    }

    /** The name on the first line, which is free text and not C. */
    private static String titleOf(String text) {
        String first = text.lines().findFirst().orElse("");
        if (!first.startsWith("C ") || first.substring(2).isBlank()) {
            throw new RefusedException(1, "a litmus test in C begins with 'C' and its name");
        }
        return first.substring(2).strip();
    }

    private static String withoutTitle(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? "" : text.substring(end);
    }

    LitmusTest parse() {
        initialBlock();
        while (peek().text().matches("P\\d+")) {
            actor();
        }
        if (actors.isEmpty()) {
            throw refused("expected an actor P0(...) and found " + peek().shown());
        }
        if (peek().is("locations")) {
            skipLocations();
        }
        if (peek().is("filter")) {
            throw refused("'filter' is not supported");
        }
        Quantifier quantifier = quantifier();
        Condition condition = disjunction();
        if (peek().kind() != Token.Kind.END) {
            throw refused("nothing may follow the final condition, but " + peek().shown() + " does");
        }
        List<LitmusTest.Cell> cells = new ArrayList<>();
        cellIndex.forEach((name, index) -> cells.add(new LitmusTest.Cell(name, initial.getOrDefault(index, 0L))));
        return new LitmusTest(title, cells, actors, quantifier, condition);
    }

    // ---- the initial block

    private void initialBlock() {
        expect("{");
        while (!take("}")) {
            if (take(";")) {
                continue;
            }
            if (peek().kind() == Token.Kind.NUMBER) {
                throw refused("initial values of registers are not supported");
            }
            if (isType(peek())) {
                skipType();
                if (peek().is("*")) {
                    throw refused("a word that holds a pointer is not supported");
                }
            }
            String name = word("the name of a word");
            int cell = cell(name);
            if (peek().is("[")) {
                throw refused("arrays are not supported");
            }
            if (take("=")) {
                if (peek().is("&") || peek().kind() == Token.Kind.WORD) {
                    throw refused("a word that holds a pointer is not supported");
                }
                initial.put(cell, signedNumber());
            }
            if (!peek().is("}")) {
                expect(";");
            }
        }
    }

    private int cell(String name) {
        Integer known = cellIndex.get(name);
        if (known != null) {
            return known;
        }
        cellIndex.put(name, cellIndex.size());
        return cellIndex.size() - 1;
    }

    // ---- actors

    private void actor() {
        Token name = next();
        if (!name.text().equals("P" + actors.size())) {
            throw new RefusedException(name.line(), "expected actor P" + actors.size() + " and found " + name.text());
        }
        pointers.clear();
        registers.clear();
        expect("(");
        while (!take(")")) {
            parameter();
            if (!peek().is(")")) {
                expect(",");
            }
        }
        Statement body = block();
        actors.add(new LitmusTest.Code(body, List.copyOf(registers.keySet())));
    }

    private void parameter() {
        if (peek().is("struct")) {
            throw refused("structures are not supported");
        }
        if (!isType(peek())) {
            throw refused("expected the type of a parameter and found " + peek().shown());
        }
        skipType();
        expect("*");
        if (peek().is("*")) {
            throw refused("a word that holds a pointer is not supported");
        }
        String name = word("the name of a parameter");
        cell(name);
        pointers.add(name);
    }

    private static boolean isType(Token token) {
        return TYPES.contains(token.text()) || token.is("volatile") || token.is("const");
    }

    private void skipType() {
        while (isType(peek())) {
            next();
        }
    }

    private Statement block() {
        expect("{");
        List<Statement> statements = new ArrayList<>();
        while (!take("}")) {
            statement(statements);
        }
        return new Statement.Block(List.copyOf(statements));
    }

    private Statement branch() {
        List<Statement> statements = new ArrayList<>();
        statement(statements);
        return statements.size() == 1 ? statements.get(0) : new Statement.Block(List.copyOf(statements));
    }

    private void statement(List<Statement> into) {
        Token first = peek();
        if (take(";")) {
            return;
        }
        if (first.is("{")) {
            into.add(block());
        } else if (take("if")) {
            expect("(");
            Expression condition = expression();
            expect(")");
            Statement then = branch();
            Statement otherwise = take("else") ? branch() : new Statement.Block(List.of());
            into.add(new Statement.If(condition, then, otherwise));
        } else if (isType(first)) {
            declaration(into);
        } else if (first.is("struct")) {
            throw refused("structures are not supported");
        } else if (CONTROL.contains(first.text())) {
            throw refused("'" + first.text() + "' is not supported");
        } else if (first.is("*")) {
            throw refused("a plain write is not supported; use WRITE_ONCE");
        } else if (first.kind() == Token.Kind.WORD && tokens.get(at + 1).is("(")) {
            into.add(new Statement.Drop(call(false)));
            expect(";");
        } else if (first.kind() == Token.Kind.WORD) {
            assignment(into);
            expect(";");
        } else {
            throw refused("expected a statement and found " + first.shown());
        }
    }

    private void declaration(List<Statement> into) {
        skipType();
        do {
            if (peek().is("*")) {
                throw refused("a register that holds a pointer is not supported");
            }
            Token name = peek();
            if (registers.putIfAbsent(word("the name of a register"), registers.size()) != null) {
                throw new RefusedException(name.line(), "register '" + name.text() + "' is declared twice");
            }
            if (peek().is("[")) {
                throw refused("arrays are not supported");
            }
            if (peek().is("=")) {
                at--;
                assignment(into);
            }
        } while (take(","));
        expect(";");
    }

    private void assignment(List<Statement> into) {
        Token name = next();
        Integer register = registers.get(name.text());
        if (register == null) {
            throw new RefusedException(
                    name.line(),
                    pointers.contains(name.text())
                            ? "assigning to the pointer '" + name.text() + "' is not supported"
                            : "register '" + name.text() + "' is not declared");
        }
        if (!peek().is("=")) {
            throw refused("expected '=' after " + name.shown() + " and found " + peek().shown());
        }
        next();
        into.add(new Statement.Assign(register, expression()));
    }

    // ---- expressions

    private Expression expression() {
        Expression left = allOf();
        while (take("||")) {
            left = new Expression.ShortCircuit(true, left, allOf());
        }
        if (peek().is("?")) {
            throw refused("the conditional operator '?' is not supported; use if");
        }
        return left;
    }

    private Expression allOf() {
        Expression left = binary(0);
        while (take("&&")) {
            left = new Expression.ShortCircuit(false, left, binary(0));
        }
        return left;
    }

    private Expression binary(int level) {
        if (level == OPERATORS.size()) {
            return unary();
        }
        Expression left = binary(level + 1);
        while (true) {
            LongBinaryOperator operator = OPERATORS.get(level).get(peek().text());
            if (operator == null) {
                if (peek().is("/") || peek().is("%")) {
                    throw refused("the operator '" + peek().text() + "' is not supported");
                }
                return left;
            }
            next();
            left = new Expression.Binary(operator, left, binary(level + 1));
        }
    }

    private Expression unary() {
        Token first = peek();
        if (first.is("*") || first.is("&")) {
            throw refused(
                    first.is("*")
                            ? "a plain read is not supported; use READ_ONCE"
                            : "taking an address is not supported");
        }
        if (take("!")) {
            return new Expression.Unary(a -> truth(a == 0), unary());
        }
        if (take("-")) {
            return new Expression.Unary(a -> -a, unary());
        }
        if (take("~")) {
            return new Expression.Unary(a -> ~a, unary());
        }
        if (take("(")) {
            if (isType(peek())) {
                throw refused("a cast is not supported");
            }
            Expression inner = expression();
            expect(")");
            return inner;
        }
        if (first.kind() == Token.Kind.NUMBER) {
            return new Expression.Constant(number());
        }
        if (first.kind() != Token.Kind.WORD) {
            throw refused("expected a value and found " + first.shown());
        }
        if (tokens.get(at + 1).is("(")) {
            return call(true);
        }
        Integer register = registers.get(first.text());
        if (register == null) {
            throw refused(
                    pointers.contains(first.text())
                            ? "using the pointer '" + first.text() + "' as a value is not supported"
                            : "'" + first.text() + "' is neither a register nor a parameter");
        }
        next();
        return new Expression.Register(register);
    }

    private Expression call(boolean valueWanted) {
        Token name = next();
        Primitive primitive = Primitive.named(name.text());
        if (primitive == null) {
            throw new RefusedException(name.line(), "'" + name.text() + "' is not supported");
        }
        if (valueWanted && !primitive.returns()) {
            throw new RefusedException(name.line(), "'" + name.text() + "' has no value");
        }
        expect("(");
        int cell = -1;
        List<Expression> values = new ArrayList<>();
        for (int i = 0; i < primitive.parameters().size(); i++) {
            if (i > 0) {
                expect(",");
            }
            if (primitive.parameters().get(i) == Parameter.VALUE) {
                values.add(expression());
            } else {
                cell = pointer(name, primitive.parameters().get(i));
            }
        }
        if (!peek().is(")")) {
            throw refused("'" + name.text() + "' takes "
                    + primitive.parameters().size() + " arguments, and " + peek().shown() + " follows them");
        }
        next();
        return new Expression.Call(primitive, cell, List.copyOf(values));
    }

    private int pointer(Token call, Parameter parameter) {
        if (parameter == Parameter.CELL) {
            if (!take("*")) {
                throw refused("'" + call.text() + "' takes *pointer and found " + peek().shown());
            }
        } else if (peek().is("*") || peek().is("&")) {
            throw refused("'" + call.text() + "' takes a pointer and found " + peek().shown());
        }
        Token name = peek();
        if (!pointers.contains(name.text())) {
            throw refused("expected a parameter of this actor and found " + name.shown());
        }
        next();
        boolean lock = Primitive.isSpinLock(call.text());
        Boolean before = usedAsLock.put(name.text(), lock);
        if (before != null && before != lock) {
            throw new RefusedException(
                    name.line(), "'" + name.text() + "' is used both as a spin lock and as a plain word");
        }
        return cell(name.text());
    }

    // ---- the final condition

    private Quantifier quantifier() {
        if (take("exists")) {
            return Quantifier.EXISTS;
        }
        if (take("forall")) {
            return Quantifier.FORALL;
        }
        if (peek().is("~") && tokens.get(at + 1).is("exists")) {
            at += 2;
            return Quantifier.NOT_EXISTS;
        }
        throw refused("expected exists, ~exists or forall and found " + peek().shown());
    }

    private void skipLocations() {
        next();
        expect("[");
        while (!take("]")) {
            if (next().kind() == Token.Kind.END) {
                throw refused("'locations' is not closed");
            }
        }
    }

    private Condition disjunction() {
        List<Condition> parts = new ArrayList<>(List.of(conjunction()));
        while (take("\\/")) {
            parts.add(conjunction());
        }
        return parts.size() == 1 ? parts.get(0) : new Condition.Or(List.copyOf(parts));
    }

    private Condition conjunction() {
        List<Condition> parts = new ArrayList<>(List.of(proposition()));
        while (take("/\\")) {
            parts.add(proposition());
        }
        return parts.size() == 1 ? parts.get(0) : new Condition.And(List.copyOf(parts));
    }

    private Condition proposition() {
        if (take("~") || take("not")) {
            return new Condition.Not(proposition());
        }
        if (take("(")) {
            Condition inner = disjunction();
            expect(")");
            return inner;
        }
        if (take("true")) {
            return new Condition.Truth(true);
        }
        if (take("false")) {
            return new Condition.Truth(false);
        }
        if (peek().kind() == Token.Kind.NUMBER) {
            return registerIs();
        }
        boolean bracket = take("[");
        Token name = peek();
        Integer cell = cellIndex.get(word("a register, a word or a parenthesis"));
        if (cell == null) {
            throw new RefusedException(name.line(), "no word is called '" + name.text() + "'");
        }
        if (Boolean.TRUE.equals(usedAsLock.get(name.text()))) {
            throw new RefusedException(
                    name.line(), "the final value of the spin lock '" + name.text() + "' is not a question");
        }
        if (bracket) {
            expect("]");
        }
        return negatedIf(takeRelation(), new Condition.CellIs(cell, signedNumber()));
    }

    private Condition registerIs() {
        Token actor = next();
        int index = Integer.parseInt(actor.text());
        if (index >= actors.size()) {
            throw new RefusedException(actor.line(), "there is no actor P" + actor.text());
        }
        expect(":");
        Token name = peek();
        int register = actors.get(index).registers().indexOf(word("the name of a register"));
        if (register < 0) {
            throw new RefusedException(name.line(), "P" + index + " has no register '" + name.text() + "'");
        }
        return negatedIf(takeRelation(), new Condition.RegisterIs(index, register, signedNumber()));
    }

    private static Condition negatedIf(boolean negated, Condition condition) {
        return negated ? new Condition.Not(condition) : condition;
    }

    /** Takes {@code =}, {@code ==} or {@code !=}; whether it was the last. */
    private boolean takeRelation() {
        if (take("=") || take("==")) {
            return false;
        }
        if (take("!=") || take("<>")) {
            return true;
        }
        throw refused("expected '=' and found " + peek().shown());
    }

    // ---- tokens

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    private boolean take(String text) {
        if (peek().is(text)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String text) {
        if (!take(text)) {
            throw refused("expected '" + text + "' and found " + peek().shown());
        }
    }

    private String word(String what) {
        if (peek().kind() != Token.Kind.WORD) {
            throw refused("expected " + what + " and found " + peek().shown());
        }
        return next().text();
    }

    private long signedNumber() {
        boolean negative = take("-");
        return negative ? -number() : number();
    }

    private long number() {
        Token token = peek();
        if (token.kind() != Token.Kind.NUMBER) {
            throw refused("expected a number and found " + token.shown());
        }
        next();
        try {
            return Long.decode(token.text());
        } catch (NumberFormatException e) {
            throw new RefusedException(token.line(), "the number " + token.text() + " does not fit 64 bits");
        }
    }

    private RefusedException refused(String sentence) {
        return new RefusedException(peek().line(), sentence);
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }
}
