// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.io.IOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

/** Writes the floors into the package marked with {@link EmitFloors}. */
@SupportedAnnotationTypes("pagerace.price.EmitFloors")
public final class FloorProcessor extends AbstractProcessor {
    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (TypeElement annotation : annotations) {
            for (Element marked : round.getElementsAnnotatedWith(annotation)) {
                emitInto((PackageElement) marked);
            }
        }
        return false;
    }

    private void emitInto(PackageElement marked) {
        String packageName = marked.getQualifiedName().toString();
        Set<String> emitted = new HashSet<>();
        PriceList.series().stream()
                .flatMap(series -> series.variants().stream())
                .forEach(priced -> Course.of(priced)
                        .filter(FloorSource::isShort)
                        .filter(course -> emitted.add(FloorSource.className(course)))
                        .ifPresent(course -> emit(
                                marked,
                                FloorSource.className(course),
                                FloorSource.of(packageName, priced.key(), course),
                                priced.key())));
    }

    private void emit(PackageElement marked, String name, String source, String key) {
        String qualified = marked.getQualifiedName() + "." + name;
        try (Writer writer =
                processingEnv.getFiler().createSourceFile(qualified, marked).openWriter()) {
            writer.write(source);
        } catch (IOException e) {
            processingEnv
                    .getMessager()
                    .printMessage(Diagnostic.Kind.ERROR, "cannot write the floor of " + key + ": " + e, marked);
        }
    }
}
