package io.tokenlane.rules;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A parsed source file.
 *
 * @param name its path below the project's root
 */
record ParsedFile(String name, CompilationUnitTree unit, SourcePositions positions) {

  void eachMethod(Consumer<MethodTree> visitor) {
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
        visitor.accept(method);
        return super.visitMethod(method, null);
      }
    }.scan(unit, null);
  }

  void eachType(Consumer<ClassTree> visitor) {
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
        visitor.accept(type);
        return super.visitClass(type, null);
      }
    }.scan(unit, null);
  }

  /** Lines from the first modifier to the closing brace. */
  int linesOf(Tree tree) {
    long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
    return (int) (last - first + 1);
  }
}
