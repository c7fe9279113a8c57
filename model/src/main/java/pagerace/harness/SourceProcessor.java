// SPDX-License-Identifier: Apache-2.0
package pagerace.harness;

import java.io.IOException;
import java.io.Writer;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

/** Writes classes into each package that is marked with the annotation which the subclass names. */
public abstract class SourceProcessor extends AbstractProcessor {
    /** For subclasses, which must be public and have such a constructor themselves. */
    protected SourceProcessor() {}

    @Override
    public final SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public final boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (TypeElement annotation : annotations) {
            for (Element marked : round.getElementsAnnotatedWith(annotation)) {
                emitInto((PackageElement) marked);
            }
        }
        return false;
    }

    /** Emits all classes of {@code marked}. */
    protected abstract void emitInto(PackageElement marked);

    /**
     * Emits one class.
     *
     * @param name its simple name
     * @param what what it is, for the message if it cannot be written
     */
    protected final void emit(PackageElement marked, String name, String source, String what) {
        String qualified = marked.getQualifiedName() + "." + name;
        try (Writer writer =
                processingEnv.getFiler().createSourceFile(qualified, marked).openWriter()) {
            writer.write(source);
        } catch (IOException e) {
            processingEnv.getMessager().printMessage(Diagnostic.Kind.ERROR, "cannot write " + what + ": " + e, marked);
        }
    }
}
